import type { Locator, Page } from 'playwright-core';

/** A person at a page, whose interactions are counted: each click, key, choice and text that is typed is one. */
export class CountedPerson {
  interactions = 0;

  constructor(private readonly page: Page) {}

  async clicks(target: Locator): Promise<void> {
    this.interactions++;
    await target.click();
  }

  async presses(key: string): Promise<void> {
    this.interactions++;
    await this.page.keyboard.press(key);
  }

  async chooses(field: Locator, label: string): Promise<void> {
    this.interactions++;
    await field.selectOption({ label });
  }

  async types(field: Locator, text: string): Promise<void> {
    this.interactions++;
    await field.fill(text);
  }
}
