"""Where the application's DynamoDB tables are and how they are replicated."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi_aws as aws

from infra.aws.table_schema import MODES, Mode, TableSchema
from stacks.aws_regions import SETS_FOR_PEOPLE, mrsc_set_of, partition_of
from stacks.config_error import ConfigError
from stacks.config_section import Section
from stacks.table_settings import read_tables

KEY = "lifeboat:data"
KNOWN_REGIONS = tuple(sorted(region.value for region in aws.Region if partition_of(region.value) == "aws"))


@dataclass(frozen=True, kw_only=True)
class DataSettings:
    """The data tier: two regions, one replication mode for all tables, the tables.

    ``witness_region`` is set in mode ``mrsc`` only: it completes the majority and can be neither read nor written.
    """

    primary_region: str
    secondary_region: str
    mode: Mode
    witness_region: str | None
    tables: Mapping[str, TableSchema]

    def __post_init__(self) -> None:
        self._check_region("primaryRegion", self.primary_region)
        self._check_region("secondaryRegion", self.secondary_region)
        if self.primary_region == self.secondary_region:
            raise ConfigError(f"{KEY}.secondaryRegion", self.secondary_region, "it must differ from primaryRegion")
        if self.mode == "mrsc":
            self._check_mrsc()
        if self.mode != "streams":
            self._check_for_streams_only()
        if self.mode != "mrec":
            self._check_for_mrec_only()
        if self.mode != "mrsc" and self.witness_region is not None:
            raise ConfigError(
                f"{KEY}.witnessRegion", self.witness_region, f"only mode mrsc has a witness, not {self.mode}"
            )

    @property
    def regions(self) -> tuple[str, str]:
        """Primary and secondary, in this order."""
        return self.primary_region, self.secondary_region

    @property
    def versioned_tables(self) -> tuple[str, ...]:
        """The tables whose items carry versions, by which what lost is told and listed."""
        return tuple(name for name, table in self.tables.items() if table.versioned(self.mode))

    def _check_region(self, key: str, region: str) -> None:
        if partition_of(region) != "aws":
            rule = f"it is in partition {partition_of(region)}, where no arn:aws: of this program leads"
            raise ConfigError(f"{KEY}.{key}", region, f"{rule}; it must be one of {', '.join(KNOWN_REGIONS)}")
        if region not in KNOWN_REGIONS:
            raise ConfigError(f"{KEY}.{key}", region, f"it must be one of {', '.join(KNOWN_REGIONS)}")

    def _check_for_streams_only(self) -> None:
        for name, table in self.tables.items():
            key, rule = f"{KEY}.tables.{name}", f"only mode streams has a replicator of ours, not {self.mode}"
            if table.local_attributes:
                raise ConfigError(f"{key}.localAttributes", list(table.local_attributes), rule)
            if table.expiry != "ignore":
                raise ConfigError(f"{key}.expiry", table.expiry, rule)

    def _check_for_mrec_only(self) -> None:
        for name, table in self.tables.items():
            if table.lost_writes != "listed":
                rule = f"only in mode mrec can items do without versions and the list, not in {self.mode}"
                raise ConfigError(f"{KEY}.tables.{name}.lostWrites", table.lost_writes, rule)

    def _check_mrsc(self) -> None:
        if mrsc_set_of(self.regions) is None:
            raise ConfigError(f"{KEY}.mode", self.mode, f"both data regions must be of one MRSC set: {SETS_FOR_PEOPLE}")
        members = (*self.regions, str(self.witness_region))
        if len(set(members)) != 3 or mrsc_set_of(members) is None:
            allowed = (
                f"the witness must be a third region of the set of {' and '.join(self.regions)}: {SETS_FOR_PEOPLE}"
            )
            raise ConfigError(f"{KEY}.witnessRegion", self.witness_region, allowed)
        for name, table in self.tables.items():
            self._check_mrsc_table(f"{KEY}.tables.{name}", table)

    def _check_mrsc_table(self, key: str, table: TableSchema) -> None:
        # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
        # Its other limits cannot be declared wrong: the client refuses transactions; tables are new and on demand.
        if table.ttl_attribute:
            raise ConfigError(f"{key}.ttlAttribute", table.ttl_attribute, "a table in mode mrsc takes no TTL")
        if table.local_indexes:
            names = [index.name for index in table.local_indexes]
            raise ConfigError(f"{key}.localIndexes", names, "a table in mode mrsc takes no local index")


def read_data(section: Section) -> DataSettings:
    """Read ``lifeboat:data``; the witness defaults to the third region of the data regions' MRSC set."""
    with section:
        primary, secondary = section.text("primaryRegion"), section.text("secondaryRegion")
        mode: Mode = section.choice("mode", MODES, "mrec")
        return DataSettings(
            primary_region=primary,
            secondary_region=secondary,
            mode=mode,
            witness_region=section.optional_text("witnessRegion") or _third_region(mode, primary, secondary),
            tables=read_tables(section.sections("tables")),
        )


def _third_region(mode: Mode, primary: str, secondary: str) -> str | None:
    members = mrsc_set_of((primary, secondary)) if mode == "mrsc" else None
    return min(members - {primary, secondary}) if members else None
