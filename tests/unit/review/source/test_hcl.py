"""HCL: blocks, literal values, and everything else left unresolved."""

import pytest

from trustwright.review.source import hcl, json
from trustwright.review.source.errors import SourceError

FILE = b"""
name = "top"
resource "aws_s3_bucket" "data" {
  # a comment
  bucket = "${var.env}-data"
  count  = -1
  size   = 1.5
  on     = true
  none   = null
  list   = ["a", var.b, aws_kms_key.k[0].arn]
  map    = { a = 1, "b" : 2
    c = 3 }
  text   = "line\\n\\"quoted\\" \\u00e9"
  policy = jsonencode({ Version = "1" })
  either = var.x ? 1 : 2
  sum    = 1 + 2
  all    = [for s in var.list : upper(s)]
  paren  = (true)
  versioning {
    enabled = true
  }
  rule {
    id = "one"
  }
  rule {
    id = "two"
  }
  provisioner "local-exec" {
    command = "x"
  }
  dynamic "ingress" {
    for_each = var.rules
    content { port = ingress.value }
  }
}
"""


@pytest.fixture(scope="module")
def block() -> hcl.Block:
    (found,) = hcl.parse("main.tf", FILE).blocks
    return found


def test_top_level_attributes_and_blocks() -> None:
    document = hcl.parse("main.tf", FILE)
    assert document.attributes.plain() == {"name": "top"}
    (block,) = document.blocks
    assert (block.kind, block.labels, block.line, block.end_line) == ("resource", ("aws_s3_bucket", "data"), 3, 35)


def test_literals_are_values(block: hcl.Block) -> None:
    values = {key: tree.plain() for key, tree in block.body.items()}
    assert values["count"] == -1
    assert values["size"] == 1.5
    assert values["on"] is True
    assert values["none"] is None
    assert values["map"] == {"a": 1, "b": 2, "c": 3}
    assert values["text"] == 'line\n"quoted" é'
    assert values["policy"] == {"Version": "1"}
    assert values["paren"] is True


@pytest.mark.parametrize(
    ("path", "expression"),
    [
        (("bucket",), '"${var.env}-data"'),
        (("list", 1), "var.b"),
        (("list", 2), "aws_kms_key.k[0].arn"),
        (("either",), "var.x ? 1 : 2"),
        (("sum",), "1 + 2"),
        (("ingress",), "dynamic ingress"),
        (("ingress", "port"), "dynamic ingress"),
    ],
)
def test_what_a_run_decides_is_unresolved(block: hcl.Block, path: tuple[str | int, ...], expression: str) -> None:
    found = block.body.at(*path)
    assert found is not None
    assert found.unresolved == expression
    assert found.value is None


def test_an_expression_over_a_list_is_unresolved(block: hcl.Block) -> None:
    found = block.body.at("all")
    assert found is not None
    assert found.unresolved.startswith("[for s in")


def test_nested_blocks_are_lists_under_their_kind(block: hcl.Block) -> None:
    assert block.body.text_at("versioning", "enabled") == "true"
    assert [one.text_at("id") for one in block.body.each("rule")] == ["one", "two"]
    assert block.body.text_at("provisioner", "local-exec", "command") == "x"


def test_lines_are_those_of_the_attribute(block: hcl.Block) -> None:
    lines = {key: (tree.line, tree.end_line) for key, tree in block.body.items()}
    assert lines["bucket"] == (5, 5)
    assert lines["map"] == (11, 12)
    assert lines["versioning"] == (19, 21)


def test_a_heredoc_with_a_policy_is_that_policy_with_its_lines() -> None:
    policy = b'{\n    "Effect": "Allow",\n    "Resource": "${aws_s3_bucket.data.arn}/*"\n  }'
    text = b"x = <<-EOF\n  " + policy + b"\n  EOF\ny = <<EOF\n  plain\nEOF\n"
    attributes = hcl.parse("f.tf", text).attributes
    effect = attributes.at("x", "Effect")
    assert effect is not None
    assert (effect.text, effect.line) == ("Allow", 3)
    assert attributes.at("x", "Resource").unresolved == '"${aws_s3_bucket.data.arn}/*"'  # type: ignore[union-attr]
    assert attributes.text_at("y") == "  plain"


def test_the_json_form_gives_the_same_blocks() -> None:
    text = b'{"resource": {"aws_kms_key": {"k": {"alias": "${var.name}", "tag": "x-${var.name}"}}}, "locals": {"a": 1}}'
    document = hcl.from_json(json.parse("f.tf.json", text))
    assert [(block.kind, block.labels) for block in document.blocks] == [
        ("resource", ("aws_kms_key", "k")),
        ("locals", ()),
    ]
    assert document.blocks[0].body.plain() == {"alias": "var.name", "tag": '"x-${var.name}"'}


@pytest.mark.parametrize(
    ("text", "line"), [(b'a = "x"\nresource {', 2), (b"a = = 1", 1), (b"\xff\xfe", 1), (b'a = "', 1)]
)
def test_what_is_not_hcl_is_refused_with_its_line(text: bytes, line: int) -> None:
    with pytest.raises(SourceError) as caught:
        hcl.parse("f.tf", text)
    assert (caught.value.kind, caught.value.line) == ("parse-error", line)


@pytest.mark.parametrize(
    "text", [b"a = " + b"[" * 300 + b"]" * 300, b"a = " + b"(" * 300 + b"1" + b")" * 300, b"#" * 5_000_000]
)
def test_depth_and_size_are_capped(text: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        hcl.parse("f.tf", text)
    assert caught.value.kind == "capped"
