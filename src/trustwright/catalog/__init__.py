"""What SOC 2 asks and how a company answers it, as data: criteria, controls, requests, policies, checklist."""

from trustwright.catalog.catalog import Catalog, load_catalog
from trustwright.catalog.checklist import ChecklistItem
from trustwright.catalog.controls import Control, Frequency, Proof
from trustwright.catalog.criteria import SECURITY, Automation, Category, Criterion
from trustwright.catalog.crosswalk import Crosswalk, CrosswalkEntry, Framework
from trustwright.catalog.policies import Policy
from trustwright.catalog.reading import CatalogError
from trustwright.catalog.requests import DescriptionCriterion, EvidenceRequest

__all__ = [
    "SECURITY",
    "Automation",
    "Catalog",
    "CatalogError",
    "Category",
    "ChecklistItem",
    "Control",
    "Criterion",
    "Crosswalk",
    "CrosswalkEntry",
    "DescriptionCriterion",
    "EvidenceRequest",
    "Framework",
    "Frequency",
    "Policy",
    "Proof",
    "load_catalog",
]
