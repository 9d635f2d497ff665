declare module '@cornerstonejs/codec-openjpeg/decode' {
  const openjpeg: import('@cxr/data').OpenJpeg;
  export default openjpeg;
}
