/** Chooses an option in a select, and waits until its list is gone. `typed` narrows a list too long to be drawn whole. */
export async function choose(select, option, typed = false) {
  const page = select.page();
  await select.click();
  if (typed) await page.keyboard.type(option);
  await page.locator(".ant-select-dropdown").getByTitle(option, { exact: true }).filter({ visible: true }).last().click();
  await page.waitForFunction(() => ![...document.querySelectorAll(".ant-select-dropdown")].some((list) => list.checkVisibility()));
}
