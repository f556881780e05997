let said = 'allowed'
try {
  new Function('return 1')()
} catch (error) {
  said = error.name
}
document.querySelector('#result').textContent = said
