"""Which files are read for infrastructure, and in which order they come out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustwright.review.link.resources import is_candidate, looks_like, resources


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("main.tf", True),
        ("prod.tfvars", True),
        ("k8s/api.yaml", True),
        ("stack.template", True),
        ("stack.json", True),
        (".github/workflows/ci.yml", False),
        ("package.json", False),
        ("src/locales/en.json", False),
        ("main.py", False),
    ],
)
def test_candidates_are_told_by_their_path(path: str, wanted: bool) -> None:
    assert is_candidate(path) is wanted


def test_a_look_at_the_bytes_spares_the_parsing() -> None:
    assert looks_like("a.yaml", b"apiVersion: v1\nkind: Pod")
    assert looks_like("a.json", b'{"Resources": {"A": {"Type": "AWS::S3::Bucket"}}}')
    assert looks_like("compose.yaml", b"")
    assert not looks_like("data.json", b'{"Resources": []}')


def test_the_result_does_not_depend_on_the_order_of_the_files() -> None:
    files = [
        ("b.tf", b'resource "aws_vpc" "b" {}'),
        ("a.tf", b'resource "aws_vpc" "a" {}'),
        ("compose.yml", b"services: {x: {image: y}}"),
        ("k.yaml", b"apiVersion: v1\nkind: Pod\nmetadata: {name: p}"),
    ]
    assert resources(files) == resources(reversed(files))
    assert [resource.name for resource in resources(files)[0]] == ["a", "b", "x", "p"]


def test_a_file_is_what_it_holds_whatever_its_name() -> None:
    found, _ = resources(
        [
            ("a/stack.yaml", b"Resources: {Q: {Type: 'AWS::SQS::Queue'}}"),
            ("b/stack.yaml", b"apiVersion: v1\nkind: Pod\nmetadata: {name: p}"),
            ("c/stack.yaml", b"services: {s: {image: i}}"),
        ]
    )
    assert [resource.address for resource in found] == ["aws_sqs_queue.Q", "kubernetes_pod.p", "compose_service.s"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a.tf", "b/b.tf", "c.tf.json", "t.yaml", "s.json", "compose.yml", "x.tfvars"]),
            st.sampled_from(
                [
                    b'resource "a_b" "c" { x = module.m.o }\nmodule "m" { source = "./b" }\nvariable "y" {}',
                    b'output "o" { value = local.l }\nlocals { l = var.v }\nvariable "v" { default = [1] }',
                    b'{"Resources": {"A": {"Type": "AWS::S3::Bucket", "Properties": {"Tags": {"Fn::If": 1}}}}}',
                    b"apiVersion: v1\nkind: Deployment\nspec: {template: 1, selector: [a]}\nmetadata: x\n",
                    b"services: {a: 1, b: {environment: [x, {y: z}], depends_on: 3}}",
                    b'{"resource": {"a": [1, {"b": null}]}, "module": 3}',
                    b"AWSTemplateFormatVersion: 1\nResources: {A: {Type: 'X::Y', Properties: [1]}, B: 3}\n",
                ]
            ),
        ),
        max_size=5,
        unique_by=lambda file: file[0],
    )
)
def test_files_of_odd_shapes_never_raise(files: list[tuple[str, bytes]]) -> None:
    found, gaps = resources(files)
    assert all(resource.location.line > 0 for resource in found)
    assert all(gap.path for gap in gaps)
