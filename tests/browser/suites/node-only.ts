// Thrown by what stands in for Node's modules in a browser: the test that meets it is counted as one for Node
// only.
export class NodeOnly extends Error {}

export function nodeOnly(what: string): never {
  throw new NodeOnly(`${what} is only in Node`)
}
