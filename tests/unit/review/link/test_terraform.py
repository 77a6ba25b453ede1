"""Terraform modules become resources, their variables and references followed."""

import pytest

from trustwright.review.link.infrastructure import Resource, related
from trustwright.review.link.resources import resources


def read(files: dict[str, str]) -> dict[str, Resource]:
    found, _ = resources((path, text.encode()) for path, text in files.items())
    return {resource.name: resource for resource in found}


DATABASE = 'resource "aws_db_instance" "main" { storage_encrypted = var.encrypted }\n'


def encrypted(files: dict[str, str]) -> bool | str | None:
    """Return what is known of the database's encryption: a truth, or the expression that nothing settles."""
    found = read(files)["main"].at("storage_encrypted")
    assert found is not None
    return found.unresolved or found.truth


def test_a_variable_is_its_default() -> None:
    assert encrypted({"main.tf": DATABASE, "variables.tf": 'variable "encrypted" { default = true }'}) is True


def test_a_variable_without_a_value_stays_unresolved() -> None:
    assert encrypted({"main.tf": DATABASE, "variables.tf": 'variable "encrypted" {}'}) == "var.encrypted"
    assert encrypted({"main.tf": DATABASE}) == "var.encrypted"


def test_settings_of_the_same_folder_replace_the_default() -> None:
    files = {"main.tf": DATABASE + 'variable "encrypted" { default = false }', "prod.tfvars": "encrypted = true"}
    assert encrypted(files) is True
    assert encrypted({**files, "dev.tfvars": "encrypted = false"}) == "var.encrypted"


def test_a_local_module_gets_what_its_callers_pass() -> None:
    files = {
        "modules/db/main.tf": DATABASE + 'variable "encrypted" { default = false }',
        "live/main.tf": 'module "db" {\n source = "../modules/db"\n encrypted = local.on\n}\nlocals { on = true }',
    }
    assert encrypted(files) is True
    files["stage/main.tf"] = 'module "db" {\n source = "../modules/db"\n}'
    assert encrypted(files) == "var.encrypted"


def test_values_are_followed_through_locals_objects_and_templates() -> None:
    files = {
        "main.tf": 'resource "aws_s3_bucket" "b" {\n bucket = "${local.names.prefix}-${var.env}-data"\n'
        ' tag = var.tags["team"]\n}\nlocals { names = { prefix = "acme" } }\n'
        'variable "env" { default = "prod" }\nvariable "tags" { default = { team = "core" } }'
    }
    bucket = read(files)["b"]
    assert bucket.text_at("bucket") == "acme-prod-data"
    assert bucket.text_at("tag") == "core"
    assert bucket.at("bucket").line == 2  # type: ignore[union-attr]


def test_variables_that_stand_for_each_other_end() -> None:
    files = {"main.tf": DATABASE.replace("var.encrypted", "local.a") + "locals {\n a = local.b\n b = local.a\n}"}
    assert encrypted(files) == "local.a"


def test_references_are_found_directly_and_through_locals_and_modules() -> None:
    files = {
        "main.tf": 'resource "aws_s3_bucket" "data" {}\n'
        'resource "aws_s3_bucket_versioning" "direct" { bucket = aws_s3_bucket.data.id }\n'
        'resource "aws_s3_bucket_logging" "local" { bucket = local.id }\n'
        "locals { id = aws_s3_bucket.data[0].id }\n"
        'module "m" {\n source = "./m"\n bucket = aws_s3_bucket.data.id\n}\n'
        'resource "aws_s3_bucket_policy" "output" { bucket = module.m.id }\n',
        "m/main.tf": 'variable "bucket" {}\nresource "aws_s3_bucket_acl" "passed" { bucket = var.bucket }\n'
        'resource "aws_s3_bucket" "own" {}\noutput "id" { value = aws_s3_bucket.own.id }',
    }
    found = read(files)
    bucket, own = found["data"], found["own"]
    assert [name for name in ("direct", "local", "passed", "output") if found[name].references(bucket)] == [
        "direct",
        "local",
        "passed",
    ]
    assert found["output"].references(own)
    assert related(bucket, "aws_s3_bucket_versioning", found.values()) == (found["direct"],)
    assert related(found["direct"], "aws_s3_bucket", found.values()) == (bucket,)


def test_parts_of_a_bucket_are_found_by_its_name_too() -> None:
    files = {
        "main.tf": 'resource "aws_s3_bucket" "data" { bucket = "acme" }\n'
        'resource "aws_s3_bucket_versioning" "v" { bucket = "acme" }\n'
        'resource "aws_s3_bucket_versioning" "other" { bucket = "else" }'
    }
    found = read(files)
    assert found["v"].references(found["data"])
    assert not found["other"].references(found["data"])


def test_a_resource_of_another_folder_is_another_resource() -> None:
    files = {
        "a/main.tf": 'resource "aws_kms_key" "k" {}',
        "b/main.tf": 'resource "aws_sns_topic" "t" { kms_master_key_id = aws_kms_key.k.arn }',
    }
    found = read(files)
    assert not found["t"].references(found["k"])


@pytest.mark.parametrize(("count", "kept"), [("0", False), ("1", True), ("var.n", True), ("var.none", False)])
def test_what_is_declared_zero_times_is_not_there(count: str, kept: bool) -> None:
    text = f'resource "aws_instance" "x" {{ count = {count} }}\nvariable "none" {{ default = 0 }}'
    assert ("x" in read({"main.tf": text})) is kept


def test_data_sources_and_backends_are_told_apart() -> None:
    text = 'data "aws_iam_policy_document" "p" {}\nterraform {\n backend "s3" {\n  encrypt = true\n }\n}'
    found = read({"main.tf": text})
    assert found["p"].existing
    assert found["s3"].kind == "terraform_backend_s3"
    assert found["s3"].text_at("encrypt") == "true"
    assert found["s3"].location.line == 3


def test_modules_from_elsewhere_are_one_gap_per_source() -> None:
    text = 'module "{}" {{ source = "terraform-aws-modules/vpc/aws" }}'
    _, gaps = resources([("a.tf", text.format("a").encode()), ("b.tf", text.format("b").encode())])
    assert [(gap.kind, gap.path, gap.count) for gap in gaps] == [("not-understood", "a.tf", 2)]
    assert "terraform-aws-modules/vpc/aws" in gaps[0].detail


def test_a_file_that_does_not_parse_is_a_gap_and_the_others_are_read() -> None:
    found, gaps = resources([("bad.tf", b"resource {"), ("good.tf", b'resource "aws_vpc" "v" {}')])
    assert [resource.address for resource in found] == ["aws_vpc.v"]
    assert [(gap.kind, gap.path) for gap in gaps] == [("parse-error", "bad.tf")]
