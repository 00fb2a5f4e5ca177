/**
 * A start that must not go on, told in one sentence. The program prints the sentence and exits with 1; no stack
 * trace, because nothing is broken in the program: the machine, the home folder or the database is not as it must be.
 */
export class StartRefusal extends Error {
  override readonly name = 'StartRefusal'
}
