"""The site's addresses."""

from django.urls import path
from notes.views import all_notes

urlpatterns = [path("", all_notes)]
