import pytest

from tests.unit.catalog.conftest import Spoil
from trustwright.catalog import Catalog, CatalogError

# What an auditor's checklist asks, in the order it is usually asked, and the item that answers it.
IMPLEMENTATION = {
    "Security": ["CHK-01", "CHK-03", "CHK-06", "CHK-07", "CHK-08", "CHK-09", "CHK-10", "CHK-14"],
    "Availability": ["CHK-17", "CHK-18", "CHK-19", "CHK-21", "CHK-22", "CHK-24"],
    "Audit and monitoring": ["CHK-25", "CHK-26", "CHK-28", "CHK-31", "CHK-33", "CHK-34"],
    "Change management": ["CHK-35", "CHK-36", "CHK-37", "CHK-38", "CHK-40", "CHK-41"],
}
READINESS = {
    "unique credentials with a second factor": ["CHK-01", "CHK-02"],
    "roles with least privilege": ["CHK-03"],
    "all system actions logged": ["CHK-25", "CHK-26"],
    "audit logs immutable and retained": ["CHK-27"],
    "changes reviewed, tested and approved": ["CHK-36", "CHK-37", "CHK-40"],
    "incident plan written, team trained": ["CHK-24"],
    "access reviewed each quarter": ["CHK-34"],
    "critical vendors assessed": ["CHK-46"],
    "security events monitored and alerted": ["CHK-28"],
    "vulnerabilities scanned automatically": ["CHK-31"],
    "continuity and recovery planned": ["CHK-22", "CHK-23"],
    "policies versioned, approved, accessible": ["CHK-43"],
}
VENDOR_CHECKS = ["CHK-47", "CHK-48", "CHK-49", "CHK-50", "CHK-51", "CHK-52", "CHK-53"]
PRACTICES = {
    "CC6 access, provisioning, service accounts": ["CHK-01", "CHK-03", "CHK-04", "CHK-34", "CHK-05"],
    "CC7 monitoring, scans, patches, capacity": ["CHK-28", "CHK-31", "CHK-32", "CHK-20"],
    "CC8 version control to rollback": ["CHK-35", "CHK-36", "CHK-37", "CHK-39", "CHK-40", "CHK-41"],
    "CC9 risk, vendors, continuity, recovery": ["CHK-45", "CHK-46", "CHK-23", "CHK-22"],
}
# A practice, and beside it what stands in its place where it is missing.
GOOD_AND_BAD = [
    ("CHK-03", "Everyone is an administrator"),
    ("CHK-03", "Broad permissions by default"),
    ("CHK-34", "Access that is granted once and never looked at again"),
    ("CHK-01", "Signing in with a password alone"),
    ("CHK-26", "Access that nobody can see afterward"),
    ("CHK-09", "Sensitive data stored as plain text"),
    ("CHK-10", "Plain HTTP, weak TLS, or verification switched off"),
    ("CHK-12", "Keys that never change"),
    ("CHK-13", "All data handled alike"),
    ("CHK-11", "Keys and secrets in code or configuration"),
    ("CHK-25", "Logs that stay on each server"),
    ("CHK-28", "Logs that someone looks at now and then"),
    ("CHK-30", "Each log read on its own"),
    ("CHK-25", "Logs deleted after a week"),
    ("CHK-30", "Only known patterns searched for"),
]
NEVER = [
    ("CHK-02", "Shared accounts, passwords or other credentials"),
    ("CHK-34", "A quarter without a review"),
    ("CHK-40", "Deployments to production that nobody approved"),
    ("CHK-27", "Audit logs that can be edited or deleted"),
    ("CHK-29", "Alerts that are ignored"),
    ("CHK-16", "Real customer data in development or test"),
    ("CHK-42", "People with access to data whom nobody checked"),
    ("CHK-15", "Stack traces or internal messages in responses"),
    ("CHK-25", "Access to production that leaves no trace"),
    ("CHK-36", "Code that reaches production without a security review"),
    ("CHK-24", "No written plan when the incident comes"),
    ("CHK-46", "Services that nobody vetted with access to customer data"),
    ("CHK-26", "Missing or incomplete audit trails"),
    ("CHK-44", "Exceptions to policy that nobody wrote down"),
]
ASKED = {**IMPLEMENTATION, **READINESS, **PRACTICES, "Vendors": VENDOR_CHECKS}


def reachable(item: str, catalog: Catalog) -> bool:
    """Say whether some control leads to the item with this id."""
    return any(item == one.id for control in catalog.controls for one in catalog.checklist_for(control.id))


def test_the_checklists_have_all_their_rows() -> None:
    assert sum(map(len, IMPLEMENTATION.values())) == 26
    assert (len(READINESS), len(VENDOR_CHECKS), len(GOOD_AND_BAD)) == (12, 7, 15)


@pytest.mark.parametrize("row", ASKED)
def test_what_an_auditor_asks_is_reachable_from_a_control(row: str, catalog: Catalog) -> None:
    assert [item for item in ASKED[row] if not reachable(item, catalog)] == []


@pytest.mark.parametrize(("item", "bad"), GOOD_AND_BAD + NEVER)
def test_what_an_auditor_objects_to_is_reachable_from_a_control(item: str, bad: str, catalog: Catalog) -> None:
    assert [one.id for one in catalog.checklist if bad in one.never] == [item]
    assert reachable(item, catalog)


def test_items_are_numbered_in_order_and_stand_under_their_heading(catalog: Catalog) -> None:
    assert [item.id for item in catalog.checklist] == [f"CHK-{number:02}" for number in range(1, 54)]
    headings = [item.group for item in catalog.checklist]
    assert headings == sorted(headings, key=headings.index)
    assert list(IMPLEMENTATION) == list(dict.fromkeys(headings))[:4]


def test_the_main_criterion_of_an_item_is_served_by_its_main_control(catalog: Catalog) -> None:
    assert [
        one.id for one in catalog.checklist if one.criteria[0] not in catalog.control(one.controls[0]).criteria
    ] == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[ACC-01, ACC-02]", "[ACC-1, ACC-02]", "controls names 'ACC-1', which does not exist (did you mean 'ACC-"),
        ("group: security", "group: secrity", "group: 'secrity' does not exist (did you mean 'security'?); name one"),
    ],
)
def test_a_wrong_file_is_named_with_line_and_key(old: str, new: str, message: str, spoil: Spoil) -> None:
    catalog = spoil("checklist.yaml", old, new)
    with pytest.raises(CatalogError) as caught:
        _ = catalog.checklist
    place, _, said = str(caught.value).partition(": ")
    assert place.startswith("catalog/checklist.yaml, line ")
    assert said.startswith(message)
