"""The catalogue of instrument faults: a name, what it is in three languages, and what an observer sees."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tynys.domain.facility import Names


class FaultKind(StrEnum):
    """The faults an instrument can be told to have."""

    FROZEN = "frozen"
    DRIFT = "drift"
    LEAK = "leak"
    BLOCKED_PROBE = "blocked_probe"
    CONDENSATE_LOSS = "condensate_loss"
    SATURATION = "saturation"
    CONVERTER_LOSS = "converter_loss"
    WRONG_SPAN_GAS = "wrong_span_gas"
    HELD_VALUE = "held_value"
    LOST_LINE = "lost_line"
    SWAPPED_LINES = "swapped_lines"
    WRONG_O2 = "wrong_o2"
    WRONG_MOISTURE = "wrong_moisture"
    WRONG_DUCT_AREA = "wrong_duct_area"


class Scope(StrEnum):
    """What of a stack a fault hits: one component, one device, or the sample line of the gas analyser."""

    COMPONENT = "component"
    DEVICE = "device"
    SAMPLE = "sample"


@dataclass(frozen=True, slots=True)
class FaultType:
    """One kind of fault; ``default`` is the device or component it hits when the target names only a stack."""

    kind: FaultKind
    scope: Scope
    default: str
    names: Names
    signature: Names


def _fault(kind: FaultKind, scope: Scope, default: str, names: tuple[str, str, str], signature: tuple[str, str, str]) -> FaultType:
    (kk, ru, en), (kk_seen, ru_seen, en_seen) = names, signature
    return FaultType(kind, scope, default, Names(kk=kk, ru=ru, en=en), Names(kk=kk_seen, ru=ru_seen, en=en_seen))


_TYPES = (
    _fault(
        FaultKind.FROZEN,
        Scope.COMPONENT,
        "gas",
        ("қатып қалған мән", "застывшее значение", "frozen value"),
        (
            "Мән бір бит те өзгермейді, мәртебесі жарамды, ал жүктеме мен жылдамдық өзгеріп тұрады.",
            "Значение не меняется ни на бит при исправном статусе, хотя нагрузка и скорость меняются.",
            "The value does not change by one bit under a valid status while load and velocity move on.",
        ),
    ),
    _fault(
        FaultKind.DRIFT,
        Scope.COMPONENT,
        "so2",
        ("ауытқу (дрейф)", "дрейф", "drift"),
        (
            "Көрсеткіш әр 10 минутта шкаланың 1 %-ына артады (ең көбі 20 %); басқа компоненттер мен көмір өзгермейді.",
            "Показание растёт на 1 % шкалы каждые 10 минут (не более 20 %); прочие компоненты и уголь не меняются.",
            "The reading climbs by 1 % of span every 10 minutes, to 20 % at most; the other components and the coal do not.",
        ),
    ),
    _fault(
        FaultKind.LEAK,
        Scope.SAMPLE,
        "gas",
        ("сынама желісіне ауа сору", "подсос воздуха в пробоотборную линию", "leak: dilution air in the sample line"),
        (
            "Барлық газдар бірдей үлеспен (25 %) төмендейді, O2 өседі; CO2-O2 сызығы сақталады, жылдамдық пен көмір өзгермейді.",
            "Все газы ниже на одну долю (25 %), O2 растёт к 20,9 %; линия CO2-O2 сохраняется, скорость и расход угля прежние.",
            "All gases fall by one share (25 %), O2 rises: CO2 and O2 stay on the fuel's line, velocity and coal do not change.",
        ),
    ),
    _fault(
        FaultKind.BLOCKED_PROBE,
        Scope.SAMPLE,
        "gas",
        ("бітелген зонд", "забитый зонд", "blocked probe"),
        (
            "Газдар ескі сынамадан баяу (30 минут) ауаға ауысады: ластағыштар азаяды, O2 өседі, жүктемемен байланыс жоғалады.",
            "Газы медленно (30 минут) переходят от старой пробы к воздуху: загрязнители падают, O2 растёт, связь с нагрузкой пропадает.",
            "The gases relax from the old sample to air over half an hour: pollutants decay, O2 rises, nothing follows the load any more.",
        ),
    ),
    _fault(
        FaultKind.CONDENSATE_LOSS,
        Scope.SAMPLE,
        "gas",
        ("конденсаттағы шығын", "потери в конденсате", "condensate loss"),
        (
            "SO2 18 %-ға, NO2 35 %-ға, H2O 40 %-ға төмендейді, NO мен CO2 орнында: SO2/CO2 қатынасы күрт түседі.",
            "SO2 ниже на 18 %, NO2 на 35 %, H2O на 40 %, а NO и CO2 прежние: отношение SO2/CO2 падает скачком.",
            "SO2 falls by 18 %, NO2 by 35 %, H2O by 40 %, NO and CO2 stay: the ratio SO2/CO2 steps down.",
        ),
    ),
    _fault(
        FaultKind.SATURATION,
        Scope.COMPONENT,
        "so2",
        ("қанығу", "насыщение", "saturation"),
        (
            "Мән бір төбеде дәл тұрады, «сипаттамадан тыс» белгісі қосулы.",
            "Значение точно стоит на одном потолке, поднят бит «вне спецификации».",
            "The value stands exactly at one ceiling and the bit 'outside specification' is set.",
        ),
    ),
    _fault(
        FaultKind.CONVERTER_LOSS,
        Scope.SAMPLE,
        "gas",
        ("NO2 түрлендіргішінің істен шығуы", "отказ конвертера NO2", "NO2 converter loss"),
        (
            "NO2 төрттен біріне дейін төмендейді, NO өзгермейді: NO2/NOx үлесі шамамен 5 %-дан 1 %-ға түседі.",
            "NO2 падает до четверти, NO прежний: доля NO2 в NOx падает примерно с 5 % до 1 %.",
            "NO2 falls to a quarter, NO stays: the share of NO2 in NOx falls from about 5 % to about 1 %.",
        ),
    ),
    _fault(
        FaultKind.WRONG_SPAN_GAS,
        Scope.SAMPLE,
        "gas",
        ("қате калибрлеу газы", "неверный поверочный газ", "wrong span gas"),
        (
            "Екі минуттық тексеруден кейін SO2, NO, NO2 және CO бірден 8 %-ға төмендейді; CO2, O2, көмір өзгермейді.",
            "После двухминутной проверки SO2, NO, NO2 и CO сразу ниже на 8 %; CO2, O2 и уголь прежние.",
            "After a span check of two minutes SO2, NO, NO2 and CO are lower by 8 % at once; CO2, O2 and coal are not.",
        ),
    ),
    _fault(
        FaultKind.HELD_VALUE,
        Scope.DEVICE,
        "gas",
        ("ұсталған мән", "удержанное значение", "held value"),
        (
            "Соңғы мән қайталанады, аспап оны «ұсталған» деп белгілейді (MARSIC300: «тірі» биті 0).",
            "Последнее значение повторяется, прибор помечает его удержанным (MARSIC300: бит «живой» равен 0).",
            "The last value repeats and the instrument says so (MARSIC300: the bit 'live' is 0).",
        ),
    ),
    _fault(
        FaultKind.LOST_LINE,
        Scope.DEVICE,
        "gas",
        ("байланыс желісі үзілген", "обрыв линии связи", "lost line"),
        (
            "Аспап жауап бермейді: қосылым үзіледі және қайта қабылданбайды.",
            "Прибор не отвечает: соединение рвётся и не принимается снова.",
            "The device does not answer: connections break and new ones are refused.",
        ),
    ),
    _fault(
        FaultKind.SWAPPED_LINES,
        Scope.SAMPLE,
        "gas",
        ("ауысып кеткен желілер", "перепутанные линии", "swapped lines"),
        (
            "Газдар көрші мұржаның жүктемесіне ілеседі, ал жылдамдық өз мұржасыныкі; бір мұржалы зауытта SO2 мен NO орны ауысады.",
            "Газы следуют за нагрузкой соседней трубы, а скорость за своей; на станции с одной трубой меняются местами SO2 и NO.",
            "The gases follow the neighbour stack, velocity its own; where there is only one stack, SO2 and NO are exchanged.",
        ),
    ),
    _fault(
        FaultKind.WRONG_O2,
        Scope.COMPONENT,
        "o2",
        ("қате O2", "неверный O2", "wrong O2"),
        (
            "O2 3 көлемдік %-ға жоғары, CO2 өзгермейді: нүкте отынның CO2-O2 сызығынан шығады.",
            "O2 выше на 3 об. %, CO2 прежний: точка уходит с топливной линии CO2-O2.",
            "O2 reads 3 vol % high and CO2 does not change: the point leaves the fuel's CO2-O2 line.",
        ),
    ),
    _fault(
        FaultKind.WRONG_MOISTURE,
        Scope.COMPONENT,
        "h2o",
        ("қате ылғалдылық", "неверная влажность", "wrong moisture"),
        (
            "H2O екі есе төмен көрсетеді, отынның сутегі мен ылғалы бұған жол бермейді; өзгелері орнында.",
            "H2O показывает вдвое меньше, чем дают водород и влага топлива; остальное прежнее.",
            "H2O reads half of what the fuel's hydrogen and moisture must give; everything else stays.",
        ),
    ),
    _fault(
        FaultKind.WRONG_DUCT_AREA,
        Scope.DEVICE,
        "flow",
        ("қате газ жолының ауданы", "неверная площадь газохода", "wrong duct area"),
        (
            "Шығын/жылдамдық қатынасы жоспардағы ауданнан 12 %-ға артық; аспаптан оқылған аудан да солай.",
            "Отношение расхода к скорости больше площади по плану на 12 %; так же и площадь, прочитанная из прибора.",
            "Flow over velocity is 12 % above the plan's area, and so is the area read back from the instrument.",
        ),
    ),
)
FAULTS: dict[FaultKind, FaultType] = {fault.kind: fault for fault in _TYPES}
"""Every fault by its kind."""
