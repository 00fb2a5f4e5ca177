/** The bench could not run, or would compare what cannot be compared: said in words, and the run ends as not measured. */
export class BenchRefusal extends Error {
  override readonly name = 'BenchRefusal'
}
