"""The example of the README is a service."""

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

import engine

README = Path(engine.__file__).with_name("README.md").read_text()


def test_the_example_of_a_new_service_runs(connect):
    names = {}
    exec(README.split("```python\n")[1].split("```")[0], names)
    client, _ = connect(names["Translate"]())
    asked = {"Text": "Hello", "SourceLanguageCode": "en"}
    with pytest.raises(ClientError, match=r"AccessDeniedException.*comprehend:DetectDominantLanguage"):
        client.translate_text(**asked, TargetLanguageCode="fr")
    with pytest.raises(client.exceptions.UnsupportedLanguagePairException):
        client.translate_text(**asked, TargetLanguageCode="de")
    with pytest.raises(ClientError, match=r"ValidationException.*Member must have length"):
        client.translate_text(**asked, TargetLanguageCode="f")
    assert not README.splitlines()[120:]
