"""What people see."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from notes.models import Note


def all_notes(request: HttpRequest) -> HttpResponse:
    """Show all notes; leave the one that was sent."""
    if request.method == "POST":
        Note.objects.create(text=request.POST["text"][:200])
        return redirect("/")
    return render(request, "notes/all.html", {"notes": Note.objects.all()})
