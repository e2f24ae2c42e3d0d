"""Static files with a hash in their name, also inside JavaScript module imports."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    """Rewrites `import … from "./x.js"` to hashed names, so that modules can be cached for ever."""

    support_js_module_import_aggregation = True
