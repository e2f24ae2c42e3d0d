"""Every view of a package that is not ours, with the right that it takes. A new one without an entry fails test_third_party.py.

Whether a view keeps to it is asked in every role in tests/accounts/test_roles_third_party.py.
"""

from __future__ import annotations

from enum import Enum


class Right(Enum):
    """What a view asks of whoever opens it."""

    NO_RIGHT = "none: the same for everyone, or about whoever asks; some lead to the one door"
    DESK = "to enter the admin: says nothing of anybody's drafts"
    DESK_SEES_LIVE = "to enter the admin: pages that readers see, and those that one may open in the admin anyway"
    DESK_CHOOSES = "to choose files, or to add or change them"
    SOME_PAGE = "some right on some page: shows those pages only"
    SEE = "some right on the page"
    ADD_BELOW = "to add a page there"
    EDIT = "to edit the page"
    EDIT_TARGET = "to edit the translation; to change it, also that it is not locked"
    TRANSLATE = "to hand pages to translators, and to add or edit the page in the tree of the other language"
    TAKE_AWAY = "to delete the page"
    COPY = "to copy the page"
    PUBLISH = "to publish the page"
    UNPUBLISH = "to unpublish the page"
    UNSCHEDULE = "to take away its date"
    LOCK = "to lock the page"
    UNLOCK = "to unlock the page"
    REORDER = "to publish below its parent"
    OF_STEP = "to take that step of a review (tests/editorial/test_request_guards.py)"
    BY_ACTION = "that of each action, asked for each page, file or person (tests/accounts/test_roles_acts.py)"
    REPORT = "that of each report (a row in tests/accounts/test_roles.py)"
    CONTRIBUTORS_SEEN = "to see contributors"
    CONTRIBUTORS = "to change contributors"
    CONTRIBUTORS_DELETED = "to delete contributors"
    NOWHERE = "nobody's: there is nothing of its kind"
    IMAGES = "to add or change images"
    DOCUMENTS = "to add or change documents"
    COLLECTIONS = "to change collections"
    WORKFLOWS = "to change workflows and their tasks"
    REDIRECTS = "to change redirects"
    HOLDS = "to look after certificates on hold"
    LOCALES = "to change languages"
    USERS = "to change people"
    GROUPS = "to change roles"
    SITES = "to change sites"


R = Right

# By the name of the address; those without one by their route.
BY_RIGHT: dict[Right, tuple[str, ...]] = {
    R.NO_RIGHT: (
        "account_request_login_code",
        "admin/^.*/$",
        "admin/test404/",
        "learning-api:all_states",
        "learning-api:answers",
        "learning-api:api-root",
        "learning-api:read_course_state",
        "learning-api:unknown_address",
        "learning-api:events",
        "learning-api:openapi-json",
        "wagtailadmin_javascript_catalog",
        "wagtailadmin_login",
        "wagtailadmin_logout",
        "wagtailadmin_password_reset",
        "wagtailadmin_password_reset_complete",
        "wagtailadmin_password_reset_confirm",
        "wagtailadmin_password_reset_done",
        "wagtailadmin_sprite",
        "wagtaildocs_authenticate_with_password",
    ),
    R.DESK: (
        "wagtail_localize:javascript_catalog",
        "wagtailadmin_account",
        "wagtailadmin_block_preview",
        "wagtailadmin_choose_page_anchor_link",
        "wagtailadmin_choose_page_email_link",
        "wagtailadmin_choose_page_external_link",
        "wagtailadmin_choose_page_phone_link",
        "wagtailadmin_dismissibles",
        "wagtailadmin_error_test",
        "wagtailadmin_home",
        "wagtailadmin_pages:revisions_index",
        "wagtailadmin_tag_autocomplete",
        "wagtailadmin_tag_model_autocomplete",
        "wagtailadmin_workflows:task_chooser",
        "wagtailadmin_workflows:task_chooser_create",
        "wagtailadmin_workflows:task_chooser_results",
        "wagtailadmin_workflows:task_chosen",
    ),
    R.DESK_SEES_LIVE: (
        "wagtailadmin_api:pages:action",
        "wagtailadmin_api:pages:detail",
        "wagtailadmin_api:pages:find",
        "wagtailadmin_api:pages:listing",
        "wagtailadmin_choose_page",
        "wagtailadmin_choose_page_child",
        "wagtailadmin_choose_page_chosen_multiple",
        "wagtailadmin_choose_page_search",
    ),
    R.DESK_CHOOSES: (
        "wagtailadmin_api:documents:detail",
        "wagtailadmin_api:documents:find",
        "wagtailadmin_api:documents:listing",
        "wagtailadmin_api:images:detail",
        "wagtailadmin_api:images:find",
        "wagtailadmin_api:images:listing",
        "wagtaildocs_chooser:choose",
        "wagtaildocs_chooser:choose_results",
        "wagtaildocs_chooser:chosen",
        "wagtaildocs_chooser:chosen_multiple",
        "wagtailimages_chooser:choose",
        "wagtailimages_chooser:choose_results",
        "wagtailimages_chooser:chosen",
        "wagtailimages_chooser:chosen_multiple",
        "wagtailimages_chooser:select_format",
    ),
    R.SOME_PAGE: (
        "wagtail_localize:translations_report",
        "wagtail_localize:translations_report_results",
        "wagtailadmin_explore_root",
        "wagtailadmin_pages:search",
        "wagtailadmin_pages:search_results",
        "wagtailadmin_pages:type_use",
        "wagtailadmin_pages:type_use_results",
    ),
    R.SEE: (
        "wagtailadmin_explore",
        "wagtailadmin_explore_results",
        "wagtailadmin_pages:history",
        "wagtailadmin_pages:history_results",
        "wagtailadmin_pages:revisions_compare",
        "wagtailadmin_pages:revisions_view",
        "wagtailadmin_pages:usage",
        "wagtailadmin_pages:workflow_history",
        "wagtailadmin_pages:workflow_history_detail",
    ),
    R.ADD_BELOW: (
        "wagtailadmin_pages:add",
        "wagtailadmin_pages:add_subpage",
        "wagtailadmin_pages:choose_parent",
        "wagtailadmin_pages:preview_on_add",
    ),
    R.EDIT: (
        "wagtailadmin_editing_sessions:ping",
        "wagtailadmin_editing_sessions:release",
        "wagtailadmin_pages:convert_alias",
        "wagtailadmin_pages:edit",
        "wagtailadmin_pages:preview_on_edit",
        "wagtailadmin_pages:revisions_revert",
        "wagtailadmin_pages:view_draft",
    ),
    R.EDIT_TARGET: (
        "wagtail_localize:download_pofile",
        "wagtail_localize:edit_override",
        "wagtail_localize:edit_string_translation",
        "wagtail_localize:machine_translate",
        "wagtail_localize:preview_translation",
        "wagtail_localize:stop_translation",
        "wagtail_localize:upload_pofile",
    ),
    R.TRANSLATE: (
        "wagtail_localize:submit_page_translation",
        "wagtail_localize:update_translations",
    ),
    R.TAKE_AWAY: (
        "wagtailadmin_pages:delete",
        "wagtailadmin_pages:move",
        "wagtailadmin_pages:move_confirm",
    ),
    R.COPY: ("wagtailadmin_pages:copy",),
    R.PUBLISH: (
        "wagtail_localize:convert_to_alias",
        "wagtailadmin_pages:set_privacy",
    ),
    R.UNPUBLISH: ("wagtailadmin_pages:unpublish",),
    R.UNSCHEDULE: ("wagtailadmin_pages:revisions_unschedule",),
    R.LOCK: ("wagtailadmin_pages:lock",),
    R.UNLOCK: ("wagtailadmin_pages:unlock",),
    R.REORDER: ("wagtailadmin_pages:set_page_position",),
    R.OF_STEP: (
        "wagtailadmin_pages:collect_workflow_action_data",
        "wagtailadmin_pages:confirm_workflow_cancellation",
        "wagtailadmin_pages:workflow_action",
        "wagtailadmin_pages:workflow_preview",
    ),
    R.BY_ACTION: ("wagtail_bulk_action",),
    R.REPORT: (
        "wagtailadmin_reports:aging_pages",
        "wagtailadmin_reports:aging_pages_results",
        "wagtailadmin_reports:locked_pages",
        "wagtailadmin_reports:locked_pages_results",
        "wagtailadmin_reports:page_types_usage",
        "wagtailadmin_reports:page_types_usage_results",
        "wagtailadmin_reports:site_history",
        "wagtailadmin_reports:site_history_results",
        "wagtailadmin_reports:workflow",
        "wagtailadmin_reports:workflow_results",
        "wagtailadmin_reports:workflow_tasks",
        "wagtailadmin_reports:workflow_tasks_results",
    ),
    R.CONTRIBUTORS_SEEN: (
        "wagtail_localize:snippets_api_detail",
        "wagtail_localize:snippets_api_listing",
        "wagtailsnippetchoosers_knowledge_contributor:choose",
        "wagtailsnippetchoosers_knowledge_contributor:choose_results",
        "wagtailsnippetchoosers_knowledge_contributor:chosen",
        "wagtailsnippetchoosers_knowledge_contributor:chosen_multiple",
        "wagtailsnippets_knowledge_contributor:list",
        "wagtailsnippets_knowledge_contributor:list_results",
    ),
    R.CONTRIBUTORS: (
        "wagtailsnippetchoosers_knowledge_contributor:create",
        "wagtailsnippets_knowledge_contributor:add",
        "wagtailsnippets_knowledge_contributor:edit",
        "wagtailsnippets_knowledge_contributor:history",
        "wagtailsnippets_knowledge_contributor:history_results",
        "wagtailsnippets_knowledge_contributor:usage",
    ),
    R.CONTRIBUTORS_DELETED: ("wagtailsnippets_knowledge_contributor:delete",),
    R.NOWHERE: (
        "wagtail_localize:submit_snippet_translation",
        "wagtailsnippets:index",
    ),
    R.IMAGES: (
        "wagtailimages:add",
        "wagtailimages:add_multiple",
        "wagtailimages:create_multiple_from_uploaded_image",
        "wagtailimages:delete",
        "wagtailimages:delete_multiple",
        "wagtailimages:delete_upload_multiple",
        "wagtailimages:edit",
        "wagtailimages:edit_multiple",
        "wagtailimages:image_usage",
        "wagtailimages:index",
        "wagtailimages:index_results",
        "wagtailimages:preview",
        "wagtailimages:url_generator",
        "wagtailimages:url_generator_output",
        "wagtailimages_chooser:create",
    ),
    R.DOCUMENTS: (
        "wagtaildocs:add",
        "wagtaildocs:add_multiple",
        "wagtaildocs:create_multiple_from_uploaded_document",
        "wagtaildocs:delete",
        "wagtaildocs:delete_multiple",
        "wagtaildocs:delete_upload_multiple",
        "wagtaildocs:document_usage",
        "wagtaildocs:edit",
        "wagtaildocs:edit_multiple",
        "wagtaildocs:index",
        "wagtaildocs:index_results",
        "wagtaildocs_chooser:create",
    ),
    R.COLLECTIONS: (
        "wagtailadmin_collections:add",
        "wagtailadmin_collections:delete",
        "wagtailadmin_collections:edit",
        "wagtailadmin_collections:index",
        "wagtailadmin_collections:set_privacy",
    ),
    R.WORKFLOWS: (
        "wagtailadmin_workflows:add",
        "wagtailadmin_workflows:add_task",
        "wagtailadmin_workflows:disable",
        "wagtailadmin_workflows:disable_task",
        "wagtailadmin_workflows:edit",
        "wagtailadmin_workflows:edit_task",
        "wagtailadmin_workflows:enable",
        "wagtailadmin_workflows:enable_task",
        "wagtailadmin_workflows:index",
        "wagtailadmin_workflows:index_results",
        "wagtailadmin_workflows:remove",
        "wagtailadmin_workflows:select_task_type",
        "wagtailadmin_workflows:task_index",
        "wagtailadmin_workflows:task_index_results",
        "wagtailadmin_workflows:usage",
        "wagtailadmin_workflows:usage_results",
    ),
    R.REDIRECTS: (
        "wagtailredirects:add",
        "wagtailredirects:delete",
        "wagtailredirects:edit",
        "wagtailredirects:index",
        "wagtailredirects:index_results",
        "wagtailredirects:process_import",
        "wagtailredirects:start_import",
    ),
    R.HOLDS: (
        "credential_holds:add",
        "credential_holds:delete",
        "credential_holds:history",
        "credential_holds:history_results",
        "credential_holds:usage",
    ),
    R.LOCALES: (
        "wagtaillocales:add",
        "wagtaillocales:copy",
        "wagtaillocales:delete",
        "wagtaillocales:edit",
        "wagtaillocales:history",
        "wagtaillocales:history_results",
        "wagtaillocales:index",
        "wagtaillocales:index_results",
        "wagtaillocales:usage",
    ),
    R.USERS: (
        "wagtailusers_users:add",
        "wagtailusers_users:copy",
        "wagtailusers_users:delete",
        "wagtailusers_users:history",
        "wagtailusers_users:history_results",
        "wagtailusers_users:index",
        "wagtailusers_users:index_results",
        "wagtailusers_users:usage",
    ),
    R.GROUPS: (
        "wagtailusers_groups:add",
        "wagtailusers_groups:delete",
        "wagtailusers_groups:edit",
        "wagtailusers_groups:history",
        "wagtailusers_groups:history_results",
        "wagtailusers_groups:index",
        "wagtailusers_groups:index_results",
        "wagtailusers_groups:usage",
    ),
    R.SITES: (
        "wagtailsites:add",
        "wagtailsites:copy",
        "wagtailsites:delete",
        "wagtailsites:edit",
        "wagtailsites:history",
        "wagtailsites:history_results",
        "wagtailsites:index",
        "wagtailsites:index_results",
        "wagtailsites:usage",
    ),
}

RIGHT_OF: dict[str, Right] = {name: right for right, names in BY_RIGHT.items() for name in names}
