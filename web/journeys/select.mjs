/** Chooses an option in a select, in the list that is this select's own, and waits until that list is closed. `typed` narrows a list too long to be drawn whole. */
export async function choose(select, option, typed = false) {
  const page = select.page();
  await select.click();
  if (typed) await page.keyboard.type(option);
  const list = await select.getAttribute("aria-controls");
  const own = page.locator(".ant-select-dropdown").filter({ has: page.locator(`[id="${list}"]`) });
  await own.getByTitle(option, { exact: true }).last().click();
  if ((await page.locator(".ant-select-multiple").filter({ has: page.locator(`[aria-controls="${list}"]`) }).count()) === 0) await own.waitFor({ state: "hidden" });
}
