/**
 * How much of a round of step 2 each workspace gets. Alone it may fill the round; beside others it takes no more than
 * all of them together (a handful at least). So a flood makes the rounds of its neighbours twice as long at worst, while
 * workspaces that are all busy share large rounds, in which a message costs least. What is left waits for its next turn.
 */

/** Fewer would make rounds that cost more than what they store. */
const HANDFUL = 8

export function fairShares<T>(taken: ReadonlyMap<string, readonly T[]>): Map<string, readonly T[]> {
  const all = [...taken.values()].reduce((sum, { length }) => sum + length, 0)
  return new Map(
    [...taken].map(([workspaceId, own]) => {
      const others = all - own.length
      return [workspaceId, others === 0 ? own : own.slice(0, Math.max(others, HANDFUL))]
    }),
  )
}
