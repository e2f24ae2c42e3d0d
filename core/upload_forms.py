"""The form in which images are uploaded."""

from __future__ import annotations

from typing import Any

from django.forms import FileField
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from core import uploads


class ImageFileField(WagtailImageField):
    """As Wagtail's, but looks at what the header promises before anything is unpacked, and at whether all of it is there.

    Wagtail's own unpacks an image of up to 179 million pixels to learn its size, and ends in an error 500 for one that is cut off.
    """

    def to_python(self, data: Any) -> Any:
        file = FileField.to_python(self, data)
        if file is None:
            return None
        self.check_image_file_size(file)
        uploads.check_image(file)
        return super().to_python(data)


class ImageForm(BaseImageForm):
    """As Wagtail's, with our own field for the file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if (theirs := self.fields.get("file")) is not None:
            self.fields["file"] = ImageFileField(label=theirs.label, required=theirs.required, widget=theirs.widget)
