"""Private pages."""
from django.http import HttpRequest, HttpResponse
def index(request: HttpRequest) -> HttpResponse: return HttpResponse("")
course = finish = step = attempt = index
