// webpack for the two pages of this folder, as modules.
const path = require('node:path')

module.exports = {
  mode: 'production',
  context: __dirname,
  entry: { main: './main.js', slim: './slim.js' },
  output: {
    path: path.join(__dirname, 'out-webpack'),
    filename: '[name].js',
    publicPath: 'auto',
    module: true,
  },
  experiments: { outputModule: true },
  performance: { hints: false },
}
