// Runs before the first paint. Reads what the last visit left (never anything a customer wrote) and marks the page.
try {
  const look = JSON.parse(localStorage.getItem('cd.look') || '{}')
  if (look.theme === 'light' || look.theme === 'dark') document.documentElement.dataset.theme = look.theme
  if (look.language === 'bn' || look.language === 'en') document.documentElement.lang = look.language
} catch {
  // No storage: the system's theme and English do.
}
