echo 'Hello from {{name}}!'
