# The addon (build/Release/holdfast.node) and the guard (build/Release/holdfast-guard). What both
# share is compiled once, into a library from which each takes what it needs. Folders choose the
# platform; scripts/sources.mjs lists them.
{
  'variables': {
    'version': '<!(node -p "require(\'./package.json\').version")',
    'sanitizers': '<!(node -p "process.env.HOLDFAST_SANITIZERS || String()")',
    'conditions': [
      ['OS=="linux"', {'system_folders': 'core posix linux', 'addon_folders': 'addon addon/posix', 'guard_folder': 'guard'}],
      ['OS=="mac"', {'system_folders': 'core posix macos', 'addon_folders': 'addon addon/posix', 'guard_folder': 'guard'}],
      ['OS=="win"', {'system_folders': 'core windows', 'addon_folders': 'addon addon/windows', 'guard_folder': 'guard/windows'}],
    ],
  },
  'target_defaults': {
    'include_dirs': ['native', 'native/linux/kernel/<(target_arch)'],
    'defines': ['HOLDFAST_VERSION="<(version)"'],
    'cflags': ['-Wall', '-Wextra', '-ffunction-sections', '-fdata-sections'],
    'cflags!': ['-O3', '-fno-omit-frame-pointer'],
    'cflags_cc': ['-Os', '-std=c++17', '-fexceptions', '-fvisibility=hidden'],
    'cflags_cc!': ['-fno-exceptions', '-std=gnu++17'],
    'xcode_settings': {
      'GCC_ENABLE_CPP_EXCEPTIONS': 'YES',
      'CLANG_CXX_LANGUAGE_STANDARD': 'c++17',
      'GCC_SYMBOLS_PRIVATE_EXTERN': 'YES',
      'MACOSX_DEPLOYMENT_TARGET': '11.0',
    },
    'conditions': [['OS=="win"', {
      'defines': ['WIN32_LEAN_AND_MEAN', 'NOMINMAX', 'UNICODE', '_UNICODE', '_WIN32_WINNT=0x0A00'],
      'libraries': ['user32.lib', 'shell32.lib', 'advapi32.lib'],
    }], ['sanitizers!=""', {
      'cflags': ['-g', '-fno-omit-frame-pointer', '-fsanitize=<(sanitizers)', '-fno-sanitize-recover=all'],
      'ldflags': ['-fsanitize=<(sanitizers)'],
    }]],
    'msvs_settings': {'VCCLCompilerTool': {'AdditionalOptions': ['/std:c++17', '/utf-8']}},
  },
  'targets': [
    {
      'target_name': 'holdfast-system',
      'includes': ['msvc.gypi'],
      'win_delay_load_hook': 'false',
      'type': 'static_library',
      'sources': ['<!@(node scripts/sources.mjs <(system_folders))'],
      'cflags': ['-fPIC'],
    },
    {
      'target_name': 'holdfast-guard',
      'includes': ['msvc.gypi'],
      'win_delay_load_hook': 'false',
      'type': 'executable',
      'dependencies': ['holdfast-system'],
      'sources': ['<!@(node scripts/sources.mjs <(guard_folder))'],
      'ldflags!': ['-rdynamic'],
      'conditions': [
        ['OS=="linux" and sanitizers==""', {'ldflags': ['-static', '-Wl,--gc-sections']}],
        ['sanitizers!=""', {'sources': ['scripts/sanitizer-options.cc']}],
      ],
    },
    {
      'target_name': 'holdfast',
      'includes': ['msvc.gypi'],
      'dependencies': ['holdfast-system'],
      'sources': ['<!@(node scripts/sources.mjs <(addon_folders))'],
      'include_dirs': ['<!(node -p "require(\'node-addon-api\').include_dir")'],
      # The second: an environment that is being stopped takes no exception, and that is no reason to
      # abort (node-addon-api, doc/error_handling.md).
      'defines': ['NAPI_VERSION=8', 'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS'],
      'conditions': [
        ['OS=="linux"', {
          'ldflags': [
            '-static-libstdc++', '-static-libgcc',
            '-Wl,--exclude-libs,ALL', '-Wl,--gc-sections', '-Wl,-z,nodelete',
          ],
        }],
        ['OS=="win"', {'defines': ['NAPI_CPP_EXCEPTIONS']}],
      ],
    },
  ],
  'conditions': [
    # The same program without a console window, for schedulers.
    ['OS=="win"', {
      'targets': [{
        'target_name': 'holdfast-guardw',
        'includes': ['msvc.gypi'],
        'win_delay_load_hook': 'false',
        'type': 'executable',
        'dependencies': ['holdfast-system'],
        'sources': ['<!@(node scripts/sources.mjs <(guard_folder))'],
        # As a condition: those of common.gypi come after plain values.
        'msvs_settings': {'VCLinkerTool': {
          'EntryPointSymbol': 'mainCRTStartup',
          'target_conditions': [['_type=="executable"', {'SubSystem': 2}]],
        }},
      }],
    }],
  ],
}
