// Added to a copy of the page for Firefox: draws two seeds, asks another server, and posts what came of it.
const wait = async (done) => {
  while (!done()) await new Promise((resolve) => setTimeout(resolve, 100));
};
const text = (id) => document.getElementById(id).textContent;
const drawn = () => /images a second/.test(text('generate-status'));
const pixels = () => {
  const canvas = document.querySelector('#generate-grid canvas');
  return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.join();
};

await wait(drawn);
const first = pixels();
document.querySelector('#generate-status p').textContent = '';
document.getElementById('generate-next').click();
await wait(drawn);
const output = {
  isolated: crossOriginIsolated,
  facts: text('generate-facts'),
  rate: text('generate-status'),
  images: document.querySelectorAll('#generate-grid canvas').length,
  differ: pixels() !== first,
  elsewhere: await fetch('http://localhost:9/').then(() => 'answered', String),
};
await fetch('/result', { method: 'POST', body: JSON.stringify({ output }) });
