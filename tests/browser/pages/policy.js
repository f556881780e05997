// A page that tells whether its content security policy forbids evaluating strings.
let said = 'allowed'
try {
  new Function('return 1')()
} catch (error) {
  said = error.name
}
document.querySelector('#result').textContent = said
