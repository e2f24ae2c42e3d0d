"""Store static files once with a hash in their name, also inside JavaScript imports, and compressed."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

OURS = {"css", "icons", "js"}


class OwnFilesCompressor(Compressor):
    """Brotli for the public site's own files; gzip alone for the admin's, where brotli would take most of a first start."""

    def __init__(self, root: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.root = PurePath(root)
        self.for_others = Compressor(**{**kwargs, "use_brotli": False})

    def compress(self, path: str) -> list[str]:
        """Write compressed neighbours of a file and return their paths."""
        is_ours = PurePath(path).relative_to(self.root).parts[0] in OURS
        written: list[str] = super().compress(path) if is_ours else self.for_others.compress(path)
        return written


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    """Rewrites `import … from "./x.js"` to hashed names, so that modules can be cached for ever."""

    support_js_module_import_aggregation = True

    def create_compressor(self, **kwargs: Any) -> OwnFilesCompressor:
        """Return the compressor of collected files."""
        return OwnFilesCompressor(self.location, **kwargs)
