// News of work that takes long.
export type Progress = (what: string, done: number, of: number) => void
