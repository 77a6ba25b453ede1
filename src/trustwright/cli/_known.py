"""All that has a name of its own (categories, criteria, controls, checklist items, rules), and what goes with what."""

from collections.abc import Sequence
from dataclasses import dataclass

from trustwright.catalog import Catalog, Category, ChecklistItem, Control, Criterion, load_catalog
from trustwright.catalog.reading import close_to
from trustwright.errors import TrustwrightError
from trustwright.review.model import Rule
from trustwright.review.rules import all_rules

Subject = Category | Criterion | Control | ChecklistItem | Rule
SUGGESTIONS = 3


@dataclass(frozen=True, slots=True)
class Known:
    """The catalog and the rules of the review."""

    catalog: Catalog
    rules: tuple[Rule, ...]

    @classmethod
    def everything(cls) -> "Known":
        """Load what ships with Trustwright."""
        return cls(load_catalog(), all_rules())

    def find(self, name: str) -> Subject:
        """Return what is called ``name``, in whatever case it is written.

        Raises:
            TrustwrightError: nothing is; the message names the nearest.
        """
        catalog = self.catalog
        subjects: dict[str, Subject] = {}
        for kind in (catalog.categories, catalog.criteria, catalog.controls, catalog.checklist, self.rules):
            subjects |= {subject.id.casefold(): subject for subject in kind}
        wanted = name.strip().casefold()
        if wanted in subjects:
            return subjects[wanted]
        near = [subjects[other].id for other in close_to(wanted, list(subjects), most=SUGGESTIONS)]
        hint = f"did you mean {_either(near)}?" if near else "run 'trustwright explain' for what there is."
        raise TrustwrightError(f"{name}: is no category, criterion, control, checklist item or rule; {hint}")

    def rules_for(self, subject: Criterion | Control | ChecklistItem) -> tuple[Rule, ...]:
        """Return the rules that speak to ``subject``, worst first.

        To a checklist item speak the rules whose main criterion and one of whose controls are the item's too.
        """

        def speaks(rule: Rule) -> bool:
            match subject:
                case Criterion():
                    return subject.id in rule.criteria
                case Control():
                    return subject.id in rule.controls
                case ChecklistItem():
                    return rule.criteria[0] in subject.criteria and bool(set(rule.controls) & set(subject.controls))

        return tuple(sorted(filter(speaks, self.rules), key=lambda rule: (rule.severity.rank, rule.id)))


def _either(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last
