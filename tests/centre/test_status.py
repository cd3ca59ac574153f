"""`tynys centre status` tells a person what to do next."""

import asyncio
import json

from centre_support import TinyGateway, make_configuration, running
from typer.testing import CliRunner

from tynys.centre.foundation import make_centre
from tynys.cli import app


async def said(*arguments: str) -> str:
    result = await asyncio.to_thread(CliRunner().invoke, app, ["centre", *arguments], env={"COLUMNS": "160", "NO_COLOR": "1"})
    assert result.exit_code == 0, result.output
    return result.output


async def test_a_waiting_plan_is_shown_with_the_command_that_approves_it(tmp_path):
    folder = make_centre(tmp_path / "centre", simulated=False, intake_port=0, public_port=0)
    gateway, configuration = TinyGateway(), make_configuration()
    async with running(folder) as centre:
        await centre.enrol(gateway, simulated=False)
        await centre.send(gateway, gateway.seal(configuration=configuration))
        digest = configuration.digest().hex()
        text = await said("status", str(folder.root))
        assert f"waits: tynys centre approve-plan {folder.root} {digest[:12]}" in text
        assert [plan["digest"] for plan in json.loads(await said("status", str(folder.root), "--json"))["plans_waiting"]] == [digest]
        await said("approve-plan", str(folder.root), digest[:12])
        await centre.until(lambda: centre.centre.plans.get(digest).state == "approved")
        assert "waits" not in await said("status", str(folder.root))
