"""Compiled templates are shared by processes and never stand in the way of a page."""

import stat

import jinja2
import pytest

from portal.shell.compiled import CompiledTemplates


def environment(folder, source: str) -> jinja2.Environment:
    """A process of its own, as far as templates go."""
    return jinja2.Environment(
        autoescape=True, loader=jinja2.DictLoader({"a": source}), bytecode_cache=CompiledTemplates(folder)
    )


@pytest.fixture
def compiled(monkeypatch) -> list[str]:
    """What was compiled rather than read."""
    seen: list[str] = []
    real = jinja2.Environment.compile
    monkeypatch.setattr(
        jinja2.Environment, "compile", lambda self, source, *rest: seen.append(source) or real(self, source, *rest)
    )
    return seen


def test_a_second_process_compiles_nothing_and_a_changed_source_is_compiled(tmp_path, compiled):
    folder = tmp_path / "templates"
    for source, shown in (("1{{ x }}", "12"), ("1{{ x }}", "12"), ("0{{ x }}", "02")):
        assert environment(folder, source).get_template("a").render(x=2) == shown
    assert compiled == ["1{{ x }}", "0{{ x }}"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_code_of_another_compiler_is_not_used(tmp_path, compiled, monkeypatch):
    environment(tmp_path, "x").get_template("a")
    monkeypatch.setattr(jinja2, "__version__", "99")
    environment(tmp_path, "x").get_template("a")
    assert compiled == ["x", "x"]


@pytest.mark.parametrize("left", [0, 10, 30, -5])
def test_a_file_cut_short_is_compiled_anew(tmp_path, compiled, left):
    environment(tmp_path, "x").get_template("a")
    for file in tmp_path.iterdir():
        file.write_bytes(file.read_bytes()[:left])
    assert environment(tmp_path, "x").get_template("a").render() == "x"
    assert compiled == ["x", "x"]


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert environment(tmp_path / "file" / "templates", "x").get_template("a").render() == "x"
