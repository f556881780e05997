// Examples of public names: js/docs/examples/*.md has one under a heading that lists the names that it shows.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Comment, CommentTag, ReflectionKind } from 'typedoc'
import { root } from './step.mjs'

const folder = join(root, 'js', 'docs', 'examples')

/** Examples by module and name: `hamt-wasm/blocks` and `RemoteMap.edit`. */
function readExamples() {
  const examples = new Map()
  for (const file of readdirSync(folder)) {
    const [head, ...parts] = readFileSync(join(folder, file), 'utf8').split(/^## /m)
    const [, module] = /^# Examples: (\S+)/.exec(head)
    for (const part of parts) {
      const [names, ...code] = part.split('\n')
      for (const name of names.split(', ')) examples.set(`${module}: ${name}`, code.join('\n').trim())
    }
  }
  return examples
}

/**
 * What needs an example: what a module exports, but for what it has from another, and methods and accessors
 * of its classes.
 */
function namesIn(project) {
  const names = new Map()
  for (const module of project.children) {
    for (const item of module.children) {
      if (item.kindOf(ReflectionKind.Reference)) continue
      names.set(`${module.name}: ${item.name}`, item)
      if (!item.kindOf(ReflectionKind.Class)) continue
      for (const member of item.children) {
        if (member.kindOf(ReflectionKind.Method | ReflectionKind.Accessor) && /^\w+$/.test(member.name))
          names.set(`${module.name}: ${item.name}.${member.name}`, member)
      }
    }
  }
  return names
}

/**
 * Puts each example below the docstring of its names; gives the names that have none, and those that are not
 * there.
 */
export function addExamples(project) {
  const examples = readExamples()
  const names = namesIn(project)
  for (const [name, item] of names) {
    const example = examples.get(name)
    const documented = item.signatures?.[0] ?? item.getSignature ?? item
    if (example === undefined) continue
    documented.comment ??= new Comment()
    documented.comment.blockTags.push(new CommentTag('@example', [{ kind: 'code', text: example }]))
  }
  const hasOwn = (item) => (item.signatures?.[0] ?? item).comment?.getTag('@example') !== undefined
  return {
    missing: [...names].filter(([, item]) => !hasOwn(item.getSignature ?? item)).map(([name]) => name),
    unknown: [...examples.keys()].filter((name) => !names.has(name)),
  }
}
