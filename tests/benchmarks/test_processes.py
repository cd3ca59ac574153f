"""What a benchmark reads of its children, with a real child."""

import time

import pytest

from benchmarks.processes import appears, processor_s, started

BUSY_S = 0.3


def test_processor_time_of_a_busy_child_is_seen(tmp_path, monkeypatch):
    (tmp_path / "busy.py").write_text(
        f"import time, pathlib\nwhile time.process_time() < {BUSY_S}: pass\n"
        "pathlib.Path('told.json').write_text('{\"ready\": true}')\ntime.sleep(60)\n"
    )
    monkeypatch.chdir(tmp_path)
    with started("busy", log=tmp_path / "log") as process:
        assert appears(tmp_path / "told.json", process) == {"ready": True}
        used = processor_s(process.pid)
        assert used >= BUSY_S - 0.05
        time.sleep(0.2)
        assert processor_s(process.pid, with_children=True) - used < BUSY_S
    assert process.returncode is not None


def test_a_child_that_ends_by_itself_is_an_error_with_its_last_words(tmp_path, monkeypatch):
    (tmp_path / "short.py").write_text("print('I cannot go on')")
    monkeypatch.chdir(tmp_path)

    def run_it():
        with started("short", log=tmp_path / "log") as process:
            process.wait(30)

    with pytest.raises(RuntimeError, match="I cannot go on"):
        run_it()


def test_a_file_that_never_comes_is_not_waited_for_for_ever(tmp_path, monkeypatch):
    (tmp_path / "waits.py").write_text("import time\ntime.sleep(60)")
    monkeypatch.chdir(tmp_path)
    with started("waits", log=tmp_path / "log") as process, pytest.raises(TimeoutError, match="waited"):
        appears(tmp_path / "absent.json", process, within_s=0.1)
