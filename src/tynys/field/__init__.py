"""How instruments are read: register maps as data, decoders without a line, drivers that outlive their instruments."""

from tynys.field.build import build_driver
from tynys.field.driver import Driver, DriverHealth
from tynys.field.probe import PointReport, ProbeReport, probe
from tynys.field.remark import Remark, remark
from tynys.field.settings import DeviceSettings

__all__ = ["DeviceSettings", "Driver", "DriverHealth", "PointReport", "ProbeReport", "Remark", "build_driver", "probe", "remark"]
