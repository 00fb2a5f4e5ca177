/** Files may be dropped anywhere on the conversation; the picker does the same for those who do not drag. */
import { type RefObject, useEffect, useRef, useState } from 'react'

export function useDropFiles(
  inside: RefObject<HTMLElement | null>,
  onFiles: (files: readonly File[]) => void,
): boolean {
  const [isOver, setOver] = useState(false)
  const latest = useRef(onFiles)
  useEffect(() => {
    latest.current = onFiles
  })
  useEffect(() => {
    const target = inside.current?.closest<HTMLElement>('.talk')
    if (!target) return
    let depth = 0
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const enter = (event: DragEvent) => {
      if (!carriesFiles(event)) return
      depth++
      setOver(true)
    }
    const leave = () => {
      depth = Math.max(0, depth - 1)
      if (depth === 0) setOver(false)
    }
    const over = (event: DragEvent) => carriesFiles(event) && event.preventDefault()
    const drop = (event: DragEvent) => {
      if (!carriesFiles(event)) return
      event.preventDefault()
      depth = 0
      setOver(false)
      latest.current([...(event.dataTransfer?.files ?? [])])
    }
    target.addEventListener('dragenter', enter)
    target.addEventListener('dragleave', leave)
    target.addEventListener('dragover', over)
    target.addEventListener('drop', drop)
    return () => {
      target.removeEventListener('dragenter', enter)
      target.removeEventListener('dragleave', leave)
      target.removeEventListener('dragover', over)
      target.removeEventListener('drop', drop)
    }
  }, [inside])
  return isOver
}
