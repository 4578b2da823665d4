// A number may be typed with spaces and dashes.
document.querySelector('#phone')?.form.addEventListener('submit', ({ target }) => {
  target.phone.value = target.phone.value.replace(/[^+\d]/g, '');
});
