// Light or dark, in browsers that do not let a test say which: the page's own rules for dark are switched on or off.

/** Runs in the page. */
export function wear(theme: string): void {
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (!(rule instanceof CSSMediaRule) || !rule.cssText.includes("--")) continue;
      const isDark = /prefers-color-scheme|^(not )?all$/.test(rule.conditionText);
      if (isDark) rule.media.mediaText = theme === "dark" ? "all" : "not all";
    }
  }
  document.documentElement.style.colorScheme = theme;
  for (const change of document.getAnimations()) change.finish();
}
