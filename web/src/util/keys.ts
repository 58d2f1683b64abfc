/** Whether a key press goes into a field, and so must not be taken as a command. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** Whether a key press is for the page: made there, in the rail, or nowhere. What lies over the page keeps its own keys. */
export function isForPage(target: EventTarget | null): boolean {
  return target === document.body || (target instanceof Element && target.closest("#content, nav") !== null);
}
