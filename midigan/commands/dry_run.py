"""What `midigan train --dry-run` says: data, networks, length, and what it would take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from midigan.commands.common import console, duration, print_facts

if TYPE_CHECKING:
    from midigan.sets.phrase_set import PhraseSet
    from midigan.training.recipes.recipe import Recipe, TrainingRecipe


def tell(
    phrases: PhraseSet,
    recipe: Recipe,
    name: str,
    folder: Path,
    device_name: str,
    precision_name: str,
    threads: int | None,
) -> None:
    """Take a step or two to see how long it takes, and print what a run would be."""
    from midigan.genres import songs_each
    from midigan.training.runs.devices import choose_device, choose_precision, use_threads
    from midigan.training.runs.estimate import estimate

    use_threads(threads)
    device = choose_device(device_name)
    with console(stderr=True).status("timing a step"):
        found = estimate(recipe, phrases, device, choose_precision(precision_name, device))
    plan, held = recipe.training, found.held_out_songs
    limits = [
        f"{plan.epochs} epochs" if plan.epochs else "",
        f"{plan.minutes:g} minutes" if plan.minutes else "",
    ]
    facts = [
        ("would train", f"{found.songs} songs, {found.phrases} phrases"),
        ("held out", f"{held} songs to {_measuring(plan)}" if held else "none: it is not measured"),
        *([("genres", songs_each(phrases.names))] if recipe.data.genres else []),
        ("layout", f"{phrases.layout.name} {phrases.layout.shape}"),
        ("recipe", f"{name} ({recipe.networks.family} networks, {recipe.loss.family} loss)"),
        ("generator", f"{found.parameters[0]:,} parameters"),
        ("critic", f"{found.parameters[1]:,} parameters"),
        ("batch", f"{plan.batch} phrases, {found.epoch_steps} steps an epoch"),
        ("length", f"{' or '.join(filter(None, limits))}: about {found.steps:,} steps"),
        ("time", f"about {duration(found.seconds)}, {found.step_seconds:.2g} s a step on {device}"),
        ("memory", f"about {found.memory / 1e9:.1f} GB" if found.memory else "not known here"),
        ("run folder", folder),
    ]
    print_facts(facts)
    print_facts([("nothing was written", "leave out --dry-run to train")])


def _measuring(plan: TrainingRecipe) -> str:
    """How often held-out songs are measured by, by the plan or by the clock."""
    if plan.measure_epochs:
        return f"measure by every {plan.measure_epochs:g} epochs"
    return f"measure by every {duration(plan.save_seconds)}"
