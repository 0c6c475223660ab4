/**
 * Whether this page belongs to an exercise, as the server wrote it into the page. Only a plain `no` takes the banner
 * away: a page that does not know says EXERCISE.
 */
export function isExercise(): boolean {
  return document.querySelector<HTMLMetaElement>('meta[name="iod-exercise"]')?.content !== "no"
}
