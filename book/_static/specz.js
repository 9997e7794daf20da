// The theme lets the keyboard reach what scrolls, on load and when the window changes: also a
// table that was folded away until now.
document.addEventListener("toggle", () => dispatchEvent(new Event("resize")), true);
