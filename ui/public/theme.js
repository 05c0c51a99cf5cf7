// SPDX-License-Identifier: Apache-2.0

// Sets the theme before anything is drawn, so that nothing flashes. The choice is
// made in the user menu; without one the system decides.
(function () {
  try {
    var theme = localStorage.getItem('muster.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch {
    // A browser that keeps nothing follows the system.
  }
})();
