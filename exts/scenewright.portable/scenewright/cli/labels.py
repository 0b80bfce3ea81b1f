"""``scenewright labels``: semantic labels of a scene."""

import json
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["app"]

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True,
                  help="Semantic labels of a scene.")

_Scene = Annotated[Path, typer.Argument(help="The root layer of the scene.")]
_Ontology = Annotated[str | None, typer.Option("--ontology", help="An ontology file, or 'scenewright' for the shipped one.")]


@app.command()
def apply(
    scene: _Scene,
    rules: Annotated[Path, typer.Option("--rules", help="YAML: regular expression on the prim path -> label.")],
    layer: Annotated[str, typer.Option("--layer", help="The layer to write, by name or path; default: semantics.")] = "",
    create: Annotated[bool, typer.Option("--create", help="Make the layer, as the strongest, where there is none.")] = False,
    ontology: _Ontology = None,
) -> None:
    """Label prims by path rule, in the scene's semantics layer.

    Rules are those of a recipe's `labels`. With --ontology, synonyms become their class and unknown labels are refused.
    """
    from scenewright.sdg.labels.apply import apply_rules
    from scenewright.sdg.labels.ontology import named_rules, open_ontology
    from scenewright.sdg.labels.rules_file import read_rules

    found = read_rules(rules)
    if ontology is not None:
        found = named_rules(found, open_ontology(ontology))
    done = apply_rules(scene, found, layer, create)
    for (rule, mark), count in zip(found, done.counts, strict=True):
        typer.echo(f"{rule.path or rule.path_pattern}: {count} prim{'s' if count != 1 else ''}")
        if not count:
            typer.echo(f"note: {mark}: this rule fits no prim.", err=True)
    typer.echo(f"{done.layer}: {done.changed} label{'s' if done.changed != 1 else ''} changed.")


@app.command("list")
def list_(
    scene: _Scene,
    as_json: Annotated[bool, typer.Option("--json", help="Print every label with its prim and layer as JSON.")] = False,
    ontology: _Ontology = None,
) -> None:
    """List the labels of a scene, and geometry that has none.

    Exit status: 0, or with --ontology 1 where labels are unknown to it.
    """
    from scenewright.sdg.labels.listing import scene_labels
    from scenewright.sdg.labels.ontology import open_ontology

    found = scene_labels(scene)
    known = open_ontology(ontology) if ontology is not None else None
    strange = [row for row in found.rows if known is not None and row.kind == "class" and known.class_of(row.label) is None]
    if as_json:
        labels = [vars(row) for row in found.rows]
        unknown = sorted({row.label for row in strange})
        typer.echo(json.dumps({"labels": labels, "unlabelled": found.unlabelled, "unknown": unknown}, indent=2, sort_keys=True))
    else:
        for (kind, label), count in found.counts().items():
            typer.echo(f"{kind}: {label}  {count}")
        old = sum(row.old for row in found.rows)
        if old:
            typer.echo(f"{old} labels are in the old schema; `scenewright labels migrate` upgrades them.")
        typer.echo(f"{len(found.unlabelled)} shapes have no label" + (":" if found.unlabelled else "."))
        for path in found.unlabelled:
            typer.echo(f"  {path}")
    for row in strange:
        typer.echo(f"{row.layer}: <{row.path}>: {known.unknown(row.label)}", err=True)
    raise typer.Exit(1 if strange else 0)


@app.command()
def migrate(
    scene: _Scene,
    references: Annotated[bool, typer.Option("--references", help="Also what it refers to below its folder.")] = False,
) -> None:
    """Upgrade labels of the old schema (SemanticsAPI) to UsdSemantics.LabelsAPI, each in its own layer.

    Exit status: 0 done, 1 done but for what is named, 2 nothing was written.
    """
    from scenewright.sdg.labels.migrate import migrate_scene

    done = migrate_scene(scene, references)
    for path, count in done.upgraded.items():
        typer.echo(f"{path}: {count} upgraded")
    for path, count in done.elsewhere.items():
        told = "which is not below the scene's folder" if references else "to which the scene refers; see --references"
        typer.echo(f"{path}: {count} old labels, {told}")
    for what in done.left:
        typer.echo(f"left as it was: {what}", err=True)
    if not done.upgraded and not done.elsewhere:
        typer.echo(f"{scene}: no labels of the old schema.")
    raise typer.Exit(1 if done.left else 0)
