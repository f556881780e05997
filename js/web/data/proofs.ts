// Proofs, checked against a digest. Loaded when the first one is.
import { verifyProof } from '../../verify.js'
import { valueText } from './value-text.js'

/**
 * Checks a proof against a digest alone; needs nothing that is open. Errors say what is wrong with the proof.
 */
export function checkProof(digest: string, key: string, proof: string): { value: string | undefined } {
  const result = verifyProof(bytesOf(digest, 'the digest'), key, bytesOf(proof, 'the proof'))
  return { value: result.found ? valueText(result.value) : undefined }
}

function bytesOf(text: string, what: string): Uint8Array {
  const digits = text.replace(/\s/g, '').replace(/^0x/i, '')
  if (digits === '' || !/^(?:[0-9a-fA-F]{2})*$/.test(digits))
    throw new TypeError(`${what} must be bytes in hexadecimal digits`)
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  )
}
