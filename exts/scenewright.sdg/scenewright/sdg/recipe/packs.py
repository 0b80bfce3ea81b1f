"""Assets that a recipe takes from its packs: ``utils.get_assets: {class: chair, max_size: 1.2}``."""

from scenewright.sdg.assets.errors import AssetError
from scenewright.sdg.assets.pack import Pack, open_pack
from scenewright.sdg.recipe.findings import Finding, RecipeError, choices_text
from scenewright.sdg.recipe.program import Call, Literal
from scenewright.sdg.recipe.recipe import Recipe

__all__ = ["find_pack_problems", "pack_files"]

_SHOWN = 12


def find_pack_problems(recipe: Recipe) -> list[Finding]:
    """Return a finding for each pack of a recipe that cannot be opened."""
    findings = []
    for index, text in enumerate(recipe.settings.assets.packs):
        try:
            open_pack(recipe.resolve(text))
        except AssetError as error:
            remedy = "Packs are folders, relative to the recipe."
            findings.append(Finding.at(recipe.mark("assets", "packs", index), str(error), remedy))
    return findings


def pack_files(recipe: Recipe, call: Call) -> list[str]:
    """Return the assets that a ``utils.get_assets`` call asks for, in the order of packs and catalogues.

    They are paths that begin as the recipe names the pack, so that drawn values are the same on every machine.

    Raises:
        RecipeError: The recipe has no packs, one cannot be opened, or nothing fits.
    """
    packs = _packs(recipe, call)
    wanted = {name: value.value for name, value in call.args.items() if isinstance(value, Literal)}
    limits = {name: float(wanted[name]) for name in ("min_size", "max_size") if name in wanted}
    texts = {name: str(wanted.get(key, "")) for name, key in (("label", "class"), ("licence", "licence"), ("text", "text"))}
    found = [f"{name.rstrip('/')}/{record.file}" for name, pack in zip(recipe.settings.assets.packs, packs, strict=True)
             for record in pack.find(**texts, **limits) if "id" not in wanted or record.id == wanted["id"]]
    if not found:
        asked = ", ".join(f"{name}: {value}" for name, value in wanted.items())
        raise RecipeError.at(call.mark, f"no asset of the packs fits {{{asked}}}.", _remedy(packs, wanted))
    return found


def _packs(recipe: Recipe, call: Call) -> list[Pack]:
    if not recipe.settings.assets.packs:
        message = "`utils.get_assets` takes assets from packs; this recipe names none."
        raise RecipeError.at(call.mark, message, "Add `assets: {packs: [folder]}` to the scenewright block.")
    if findings := find_pack_problems(recipe):
        raise RecipeError(findings)
    return [open_pack(recipe.resolve(text)) for text in recipe.settings.assets.packs]


def _remedy(packs: list[Pack], wanted: dict) -> str:
    if "id" in wanted:
        return choices_text(str(wanted["id"]), sorted({record.id for pack in packs for record in pack.records})[:_SHOWN])
    labels = sorted({record.label for pack in packs for record in pack.records})
    asked = str(wanted.get("class", ""))
    alike = [label for label in labels if asked[:3] in label]
    return choices_text(asked, (alike if len(labels) > _SHOWN and alike else labels)[:_SHOWN])
