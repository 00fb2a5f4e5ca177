/** The rows of a long list: only those near the window stand in the page, in place of the others there is room. */
import { useVirtualizer } from '@tanstack/react-virtual'
import { type ComponentProps, type ReactNode, type RefObject, useEffect } from 'react'

const OVERSCAN_ROWS = 12

interface Props {
  count: number
  rowPx: number
  scroller: RefObject<HTMLElement | null>
  /** Filled in while it is there: brings a row into the page. */
  scrollTo: RefObject<((index: number) => void) | null>
  ulProps: ComponentProps<'ul'>
  children: (index: number) => ReactNode
}

export function VirtualRows({ count, rowPx, scroller, scrollTo, ulProps, children }: Props) {
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: OVERSCAN_ROWS,
  })
  useEffect(() => {
    scrollTo.current = (index) => virtualizer.scrollToIndex(index)
    return () => {
      scrollTo.current = null
    }
  }, [virtualizer, scrollTo])
  const items = virtualizer.getVirtualItems()
  const style = {
    paddingTop: items[0]?.start ?? 0,
    paddingBottom: virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0),
  }
  return (
    <ul {...ulProps} style={style}>
      {items.map(({ index }) => children(index))}
    </ul>
  )
}
