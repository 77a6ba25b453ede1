"""The whole catalog, each part read when it is first asked for."""

from collections.abc import Collection
from functools import cached_property, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from trustwright.catalog.checklist import ChecklistItem, load_checklist
from trustwright.catalog.controls import Control, load_controls
from trustwright.catalog.criteria import Category, Criteria, Criterion, in_scope, load_criteria
from trustwright.catalog.crosswalk import Crosswalk, CrosswalkEntry, load_crosswalk
from trustwright.catalog.policies import Policy, load_policies
from trustwright.catalog.requests import DescriptionCriterion, EvidenceRequest, Requests, load_requests


class Catalog:
    """What SOC 2 asks and how a company answers: criteria, controls, evidence, policies, checklist, crosswalk.

    Each part is read from its files when it is first asked for, so that a review pays only for what it uses. Reading a
    part raises ``CatalogError`` when one of its files is wrong.

    Args:
        root: the folder that holds the files.
    """

    def __init__(self, root: Traversable) -> None:
        self._root = root

    @cached_property
    def categories(self) -> tuple[Category, ...]:
        """The five categories; security, which is always in scope, first."""
        return self._criteria.categories

    @cached_property
    def criteria(self) -> tuple[Criterion, ...]:
        """The 61 criteria in the publication's order."""
        return self._criteria.criteria

    @cached_property
    def controls(self) -> tuple[Control, ...]:
        """Every control, sorted by id."""
        return load_controls(self._root, self._criterion_ids)

    @cached_property
    def requests(self) -> tuple[EvidenceRequest, ...]:
        """What an auditor asks for, in the order of the request list."""
        return self._requests.requests

    @cached_property
    def description_criteria(self) -> tuple[DescriptionCriterion, ...]:
        """The nine parts of a system description."""
        return self._requests.description_criteria

    @cached_property
    def policies(self) -> tuple[Policy, ...]:
        """The policies a report usually rests on."""
        return load_policies(self._root, self._criterion_ids)

    @cached_property
    def crosswalk(self) -> Crosswalk:
        """Related requirements of other frameworks; a draft."""
        return load_crosswalk(self._root, self._criterion_ids)

    @cached_property
    def checklist(self) -> tuple[ChecklistItem, ...]:
        """What to have in place before an audit."""
        return load_checklist(self._root, self._criterion_ids, [control.id for control in self.controls])

    def criterion(self, criterion: str) -> Criterion:
        """Return the criterion with this id, which must exist."""
        return next(one for one in self.criteria if one.id == criterion)

    def control(self, control: str) -> Control:
        """Return the control with this id, which must exist."""
        return next(one for one in self.controls if one.id == control)

    def criteria_in(self, categories: Collection[str]) -> tuple[Criterion, ...]:
        """Return the criteria of the named categories; those of security are always among them."""
        return in_scope(self.criteria, categories)

    def criteria_of(self, control: Control) -> tuple[Criterion, ...]:
        """Return the criteria that ``control`` helps to meet, its main one first."""
        return tuple(self.criterion(one) for one in control.criteria)

    def controls_for(self, criterion: str) -> tuple[Control, ...]:
        """Return the controls that help to meet a criterion, those with it as their main one first."""
        serving = (control for control in self.controls if criterion in control.criteria)
        return tuple(sorted(serving, key=lambda control: (control.criteria[0] != criterion, control.id)))

    def requests_for(self, criterion: str) -> tuple[EvidenceRequest, ...]:
        """Return what an auditor would ask for to settle a criterion."""
        return tuple(request for request in self.requests if criterion in request.criteria)

    def policies_for(self, criterion: str) -> tuple[Policy, ...]:
        """Return the policies that support a criterion."""
        return tuple(policy for policy in self.policies if criterion in policy.criteria)

    def crosswalk_for(self, criterion: str) -> tuple[CrosswalkEntry, ...]:
        """Return what other frameworks have to do with a criterion."""
        return tuple(entry for entry in self.crosswalk.entries if entry.criterion == criterion)

    def checklist_for(self, control: str) -> tuple[ChecklistItem, ...]:
        """Return the checklist items that a control makes true."""
        return tuple(item for item in self.checklist if control in item.controls)

    @cached_property
    def _criteria(self) -> Criteria:
        return load_criteria(self._root)

    @cached_property
    def _requests(self) -> Requests:
        return load_requests(self._root, self._criterion_ids)

    @cached_property
    def _criterion_ids(self) -> tuple[str, ...]:
        return tuple(criterion.id for criterion in self.criteria)


@lru_cache(maxsize=1)
def load_catalog() -> Catalog:
    """Return the catalog that ships with Trustwright; the same object on every call."""
    return Catalog(files("trustwright.catalog"))
