# What MSVC needs of every target: exceptions. Node's common.gypi switches them off, and overrides the
# target_defaults of binding.gyp, but not a target.
{
  'defines!': ['_HAS_EXCEPTIONS=0'],
  'msvs_settings': {'VCCLCompilerTool': {'ExceptionHandling': 1}},
}
