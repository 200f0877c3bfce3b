// Makes the pages nicer where scripts run; every page works without.
import { initAll } from './govuk-frontend.min.js'

document.body.classList.add('js-enabled', 'govuk-frontend-supported')
initAll()

function offerCopy (block) {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'govuk-button govuk-button--secondary app-copy'
  button.textContent = 'Copy'
  const told = document.createElement('span')
  told.className = 'govuk-visually-hidden'
  told.setAttribute('role', 'status')
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(block.textContent.trim())
      button.textContent = 'Copied'
      told.textContent = 'Copied to the clipboard'
    } catch {
      told.textContent = 'Copying did not work; select the text and copy it'
    }
  })
  block.after(button, told)
}

if (navigator.clipboard) {
  document.querySelectorAll('[data-copy]').forEach(offerCopy)
}
