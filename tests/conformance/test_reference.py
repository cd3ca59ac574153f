"""The page of the corpus is the corpus's own, and the vendor's example answers as it says."""

import json
import re

from tynys.cli.conformance_reference import page
from tynys.conformance.case import corpus_folder
from tynys.conformance.foreign import reply


def test_the_page_of_the_corpus_is_up_to_date():
    assert (corpus_folder().parent / "docs" / "reference" / "conformance.md").read_text(encoding="utf-8") == page()


def test_the_example_of_the_readme_is_a_case_our_system_answers_as_expected():
    example = json.loads(re.search(r"```json\n(.*?)```", (corpus_folder() / "README.md").read_text(encoding="utf-8"), re.DOTALL)[1])
    answered = json.loads(reply(json.dumps({name: example[name] for name in ("id", "kernel", "input")})))
    assert answered == {"id": example["id"], "result": example["expected"]}
