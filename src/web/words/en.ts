import calls from "#words/en/calls.json"
import check from "#words/en/check.json"
import courier from "#words/en/courier.json"
import desk from "#words/en/desk.json"
import duty from "#words/en/duty.json"
import files from "#words/en/files.json"
import lines from "#words/en/lines.json"
import officers from "#words/en/officers.json"
import paper from "#words/en/paper.json"
import refusals from "#words/en/refusals.json"
import register from "#words/en/register.json"
import relay from "#words/en/relay.json"
import roll from "#words/en/roll.json"
import search from "#words/en/search.json"
import stop from "#words/en/stop.json"
import templates from "#words/en/templates.json"
import translation from "#words/en/translation.json"
import watch from "#words/en/watch.json"

/** Everything that a screen says in this language; no other language stands in for a missing word. */
export const words: Record<string, string> = {
  ...calls,
  ...check,
  ...courier,
  ...desk,
  ...duty,
  ...files,
  ...lines,
  ...officers,
  ...paper,
  ...register,
  ...refusals,
  ...relay,
  ...stop,
  ...templates,
  ...roll,
  ...search,
  ...translation,
  ...watch,
}
